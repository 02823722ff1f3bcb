// SPDX-License-Identifier: Apache-2.0
#include "storage/postgresql/settings.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "base/limits.hpp"

namespace muniment::storage::postgresql {
namespace {

using Options = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

std::string seconds(std::chrono::seconds duration) { return std::to_string(duration.count()); }

}  // namespace

bool is_socket(std::string_view host) { return host.starts_with('/') || host.starts_with('@'); }

Result<Settings> Settings::from(const std::string& url, const PostgresqlForTests& tests) {
    if (!url.starts_with("postgresql://") && !url.starts_with("postgres://"))
        return fail(Problem::malformed, "the database's address begins with postgresql://");
    if (std::getenv("PGPASSWORD") != nullptr)
        return fail(Problem::malformed,
                    "a password stands in the environment (PGPASSWORD), where other processes may read it: put "
                    "it into a password file and name that in the address, ?passfile=…");
    char* said = nullptr;
    Options options(PQconninfoParse(url.c_str(), &said), &PQconninfoFree);
    PQfreemem(said);  // its words may quote a password
    if (!options) return fail(Problem::malformed, "the database's address cannot be read: postgresql://user@host:port/database");

    Settings settings{.schema = tests.schema, .durable = !tests.may_forget};
    std::string host;
    bool certificate = false, elsewhere = false;
    for (auto* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr || *option->val == '\0') continue;
        std::string_view word = option->keyword, value = option->val;
        if (word == "password" || word == "sslpassword")
            return fail(Problem::malformed,
                        "a password stands in the database's address, which is kept in the clear: put it into a "
                        "password file and name that, ?passfile=…");
        if (word == "sslmode" && value != "verify-full")
            return fail(Problem::malformed, "the database is reached with a verified certificate only: sslmode=verify-full");
        if (word == "options" || word == "channel_binding" || word == "gssencmode" || word == "replication")
            return fail(Problem::malformed,
                        "the database's address sets `" + std::string(word) + "`, which Muniment sets itself");
        bool file = word == "passfile" || word == "sslrootcert" || word == "sslcert" || word == "sslkey";
        if (file && !value.starts_with('/') && value != "system")
            return fail(Problem::malformed, "`" + std::string(word) +
                                                "` in the database's address must be a whole path: it is read from "
                                                "wherever Muniment is started");
        if (word == "host") host = value;
        certificate = certificate || word == "sslcert";
        elsewhere = elsewhere || word == "hostaddr" || word == "service";
        settings.words.emplace_back(word, value);
    }
    settings.local = is_socket(host) || (host.empty() && !elsewhere);
    auto set = [&](std::string_view word, std::string value) {
        if (std::ranges::find(settings.words, word, [](const auto& each) { return std::string_view(each.first); }) ==
            settings.words.end())
            settings.words.emplace_back(word, std::move(value));
    };
    if (!settings.local) {
        set("sslmode", "verify-full");
        // SCRAM bound to the very TLS connection: nobody in between can hand the sign-in on, and no weaker way is accepted.
        if (!certificate) set("channel_binding", "require");
        set("ssl_min_protocol_version", "TLSv1.2");
    }
    set("gssencmode", "disable");
    set("target_session_attrs", "read-write");
    set("connect_timeout", seconds(limits::records_connect_wait));
    set("tcp_user_timeout", seconds(limits::records_answer_wait) + "000");
    set("keepalives_idle", seconds(limits::records_connect_wait));
    set("client_encoding", "UTF8");
    set("application_name", "muniment");
    return settings;
}

}  // namespace muniment::storage::postgresql
