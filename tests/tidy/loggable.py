# SPDX-License-Identifier: Apache-2.0
"""What must not get into the operations log does not compile; what may, does.

    loggable.py FOLDER-OF-THE-REPOSITORY COMPILER
"""
import pathlib
import re
import subprocess
import sys

ROOT, COMPILER = pathlib.Path(sys.argv[1]), sys.argv[2]
MAY = ['{"papers", std::size_t{3}}', '{"matter", matter}', '{"problem", error.problem}', '{"when", Instant{}}', '{"word", "ours"}',
       '{"flag", true}']
MUST_NOT = ['{"name", name}', '{"name", std::string_view(name)}', '{"name", name.c_str()}', '{"name", buffer}', '{"why", error.detail}',
            '{"error", error}', '{"content", content}', '{"content", View(content)}', '{"letter", name[0]}', '{name.c_str(), 1}',
            '{"path", std::filesystem::path(name)}', '{"token", crypto::Secret::zeros(32)}']
FRAME = """
#include <filesystem>
#include "base/journal.hpp"
#include "crypto/secret.hpp"
using namespace muniment;
void told(const std::string& name, const Bytes& content, const Error& error, MatterId matter) {
    char buffer[] = "from a person";
    static_cast<void>(buffer), static_cast<void>(matter), static_cast<void>(content), static_cast<void>(name), static_cast<void>(error);
#line 1
%s
}
"""


def compiled(statements):
    """Exit code, and the lines of the statements in which an error is."""
    ran = subprocess.run([COMPILER, "-std=c++23", "-fsyntax-only", "-ferror-limit=0", "-I", ROOT / "src", "-x", "c++", "-"], check=False,
                         input=FRAME % "\n".join(statements), capture_output=True, text=True)
    return ran.returncode, {int(line) for line in re.findall(r"<stdin>:(\d+):\d+: error:", ran.stderr)}, ran.stderr


code, lines, said = compiled([f'journal(Level::info, "event", {{{field}}});' for field in MAY])
if code != 0:
    sys.exit(f"what may be logged does not compile: {said}")
statements = [f'journal(Level::info, "event", {{{field}}});' for field in MUST_NOT] + ["journal(Level::info, name.c_str());"]
code, lines, said = compiled(statements)
got_in = [statement for number, statement in enumerate(statements, 1) if number not in lines]
if got_in:
    sys.exit(f"these get into the operations log: {got_in}")
