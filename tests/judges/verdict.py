#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what a judge wrote, and fails on whatever it found.

    verdict.py sslscan FILE.xml | testssl FILE.json | slowhttptest NAME FILE.csv"""
import csv
import json
import sys
import xml.etree.ElementTree as xml

# Of a certificate that its own authority on this machine signed: nobody trusts that one yet, nobody publishes revocations or CAA
# records for 127.0.0.1, and browsers' limit of 200 or 398 days is not what testssl 3.0 compares with.
ALLOWED = ("cert_chain_of_trust", "cert_trust", "cert_revocation", "cert_crlDistributionPoints", "cert_ocspURL", "OCSP_stapling",
           "DNS_CAArecord", "cert_expirationStatus", "cert_notAfter", "cert_extlifeSpan", "certificate_transparency",
           "engine_problem",      # testssl's own, not the server's
           # What is compressed at / is the page's files, made while building: none holds a secret, none repeats what was asked. That no
           # answer of the API is compressed judges.sh asks itself.
           "BREACH")
MINIMUM_CHECKS = 60           # fewer, and testssl did not really look


def testssl(path):
    with open(path, encoding="utf-8") as file:
        checks = json.load(file)
    bad = [check for check in checks if check["severity"] not in ("OK", "INFO", "DEBUG") and not allowed(check)]
    spared = sorted({check["id"] for check in checks if check["severity"] not in ("OK", "INFO", "DEBUG") and allowed(check)})
    print(f"testssl: {len(checks)} checks, allowed on loopback: {', '.join(spared) or 'none'}")
    protocols = {check["id"]: check["finding"] for check in checks}
    if len(checks) < MINIMUM_CHECKS or not protocols.get("TLS1_3", "").startswith("offered"):
        bad.append({"id": "testssl", "severity": "FATAL", "finding": f"only {len(checks)} checks, or no TLS 1.3"})
    return [f"{check['id']} ({check['severity']}): {check['finding']}" for check in bad]


def allowed(check):
    return any(check["id"] == name or check["id"].startswith(name + " ") for name in ALLOWED)


def sslscan(path):
    test = xml.parse(path).getroot().find("ssltest")
    if test is None:
        return ["it did not look"]
    bad = [f"{each.get('type')} {each.get('version')} is spoken" for each in test.findall("protocol")
           if each.get("enabled") == "1" and (each.get("type"), each.get("version")) not in (("tls", "1.2"), ("tls", "1.3"))]
    ciphers = test.findall("cipher")
    bad += [f"the cipher {each.get('cipher')} of {each.get('bits')} bits" for each in ciphers
            if not each.get("cipher").startswith(("TLS_AES_", "TLS_CHACHA20", "ECDHE-")) or int(each.get("bits")) < 128]
    bad += ["insecure renegotiation" for each in test.findall("renegotiation")
            if each.get("supported") == "1" and each.get("secure") == "0"]
    bad += ["compression" for each in test.findall("compression") if each.get("supported") == "1"]
    bad += [f"Heartbleed in {each.get('sslversion')}" for each in test.findall("heartbleed") if each.get("vulnerable") == "1"]
    groups = [each.get("name") for each in test.findall("group")]
    bad += [f"the weak group {name}" for name in groups if name not in ("x25519", "secp256r1 (NIST P-256)")]
    print(f"sslscan: {len(ciphers)} ciphers, groups {', '.join(groups)}")
    return bad if ciphers and groups else bad + ["no cipher or group was found"]


def slowhttptest(name, path):
    """A row a second: what is closed, pending, connected; and whether another connection was answered."""
    with open(path, encoding="utf-8") as file:
        rows = [{key.strip(): int(value) for key, value in row.items() if key} for row in csv.DictReader(file)]
    away = [row["Seconds"] for row in rows if row["Service Available"] == 0]
    most, left = max(row["Connected"] for row in rows), rows[-1]["Connected"]
    print(f"slowhttptest, {name}: {len(rows)} s, at most {most} connected, {left} at the end, away in {len(away)} of them")
    bad = [f"the service was away at second {away[0]}"] if away else []
    # Many ranges are answered at once, and the connection is closed: few are open at a time.
    least = 1 if name == "ranges" else 100
    return bad if most >= least else bad + ["it made no connections to speak of"]


if __name__ == "__main__":
    judge = {"testssl": testssl, "sslscan": sslscan, "slowhttptest": slowhttptest}.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if not judge:
        sys.exit(__doc__)
    found = judge(*sys.argv[2:])
    for finding in found:
        print(f"FOUND by {sys.argv[1]}: {finding}")
    sys.exit(1 if found else 0)
