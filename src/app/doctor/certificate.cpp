// SPDX-License-Identifier: Apache-2.0
// The certificate that the server shows.
#include "app/certificate_pair.hpp"
#include "app/doctor/findings.hpp"

namespace muniment::app {

void look_at_certificate(const Sight& sight, Findings& found) {
    bool unseen = false;
    auto files = certificate_in_sight(sight.settings, sight.home.folder, unseen);
    if (!files) {
        auto& finding = found.red("certificate.pair", "The server has no certificate and key that it can show.",
                                  "muniment config check says which file, and what is wrong with it.");
        finding.place = files.error().detail;
        return;
    }
    auto missing = names_missing(sight.settings, *files);
    for (const auto& name : missing)
        found.warning("certificate.names", "The certificate does not speak for a name by which people reach the server.",
                      "Have one issued for that name as well, then systemctl reload muniment.")
            .place = name;
    auto pem = read_small_file(files->certificate);
    auto facts = pem ? crypto::certificate_facts(*pem) : Result<crypto::CertificateFacts>(fail(Problem::not_found));
    if (!facts) return;     // systemd hands it to the service alone
    if (missing.empty()) found.good("certificate.names", "The certificate speaks for every name of listen.names.");
    auto days = (facts->not_after - sight.now) / std::chrono::hours(24);
    auto text = days < 0 ? "The certificate ended " + std::to_string(-days) + " days ago."
                         : "The certificate is valid for " + std::to_string(days) + " more days.";
    auto remedy = "Issue a new one, then systemctl reload muniment.";
    auto& finding = days < 7    ? found.red("certificate.days", text, remedy)
                    : days < 30 ? found.warning("certificate.days", text, remedy)
                                : found.good("certificate.days", text);
    finding.values["days"] = days;
    finding.place = files->certificate;
}

}  // namespace muniment::app
