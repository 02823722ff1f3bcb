// SPDX-License-Identifier: Apache-2.0
#include "app/asking.hpp"

#include <boost/json.hpp>

#include "app/control.hpp"
#include "app/home.hpp"
#include "app/say.hpp"

namespace muniment::app {

const cli::Option home_option{"--home", "DIR",
                              "the home folder (else $MUNIMENT_HOME, else what the configuration says, else /var/lib/muniment)"};

Result<boost::json::object> ask(const cli::Arguments& given, const boost::json::object& question) {
    TRY(auto home, Home::open(home_folder(given.get("--home"))));
    return ask_control(home.control(), question);
}

int finish(const cli::Arguments& given, const Result<boost::json::object>& answer, std::string_view line) {
    if (!answer) return failed(answer.error());
    say(given.json() ? boost::json::serialize(*answer) : std::string(line));
    return 0;
}

Result<std::string> passphrase_in_file(const std::string& name) {
    TRY(auto passphrase, read_small_file(name));
    while (passphrase.ends_with('\n')) passphrase.pop_back();
    return passphrase;
}

}  // namespace muniment::app
