// SPDX-License-Identifier: Apache-2.0
// For tests: a PostgreSQL of this process, started when it is first asked for, and a database of each test's own in it. It syncs
// nothing: what is tested with it is not whether PostgreSQL survives a power cut.
#pragma once
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "storage/open.hpp"

namespace muniment::storage::testing {

class PostgresqlServer {
  public:
    static PostgresqlServer& shared() {
        static PostgresqlServer server;
        return server;
    }
    const std::string& url() const { return url_; }
    /// `kill`, `stop` or `start`; returns when it is done.
    void tell(const std::string& what) {
        std::fputs((what + "\n").c_str(), input_);
        std::fflush(input_);
        require(line() == what + ": done", "the test's PostgreSQL does not obey");
    }

  private:
    PostgresqlServer() {
        // Its standard input ends with this process, however that ends, and the server with it.
        int to[2], from[2];
        require(::pipe2(to, O_CLOEXEC) == 0 && ::pipe2(from, O_CLOEXEC) == 0, "no pipes");
        auto script = std::string(MUNIMENT_SOURCE_DIR) + "/tests/support/postgresql";
        child_ = ::fork();
        require(child_ >= 0, "no process");
        if (child_ == 0) {
            ::dup2(to[0], 0);
            ::dup2(from[1], 1);
            ::execl(script.c_str(), script.c_str(), "fsync=off", nullptr);
            ::_exit(127);
        }
        ::close(to[0]), ::close(from[1]);
        input_ = ::fdopen(to[1], "w");
        output_ = ::fdopen(from[0], "r");
        url_ = line();
        require(url_.starts_with("postgresql://"), "the test's PostgreSQL does not start");
    }
    ~PostgresqlServer() {
        std::fclose(input_);
        ::waitpid(child_, nullptr, 0);
        std::fclose(output_);
    }
    std::string line() {
        char text[1'024] = "";
        std::string read = std::fgets(text, sizeof text, output_) != nullptr ? text : "";
        while (read.ends_with('\n')) read.pop_back();
        return read;
    }

    pid_t child_ = 0;
    std::FILE *input_ = nullptr, *output_ = nullptr;
    std::string url_;
};

/// Settings of a database that nobody else has.
inline PostgresqlForTests fresh_database(bool rehearses = false) {
    auto name = to_uuid_text(new_random_id());
    return {.schema = "test-" + name, .may_forget = true, .rehearses = rehearses};
}

}  // namespace muniment::storage::testing
