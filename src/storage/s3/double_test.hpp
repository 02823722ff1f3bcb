// SPDX-License-Identifier: Apache-2.0
// The S3 server of tests/support/s3_double.py as a child of the test, one for the program; it ends when its standard input does,
// so with the test, however that ends. Where MUNIMENT_TEST_S3 names a file, the server described in it is used in its place, for
// what needs no faults: endpoint, bucket, authority, key and secret, a line each.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "storage/conformance/scratch.hpp"
#include "storage/open.hpp"

namespace muniment::storage::s3 {

class Double {
  public:
    static Double& only() {
        static Double started;
        return started;
    }

    /// A place of its own in the bucket, each time.
    S3Place place() {
        S3Place place{.endpoint = "http://127.0.0.1:" + port_, .bucket = "packs", .store = to_uuid_text(new_random_id())};
        place.prefix = "firm-" + place.store + "/";
        place.patience = std::chrono::minutes(2);
        return place;
    }
    static S3Credentials credentials(std::string_view secret = "double-secret") {
        auto copy = bytes(secret);
        return {"double-key", crypto::Secret::take(copy)};
    }
    /// A question of s3_double.py, and its answer.
    std::string ask(const std::string& question) {
        auto line = question + "\n";
        EXPECT_EQ(::write(to_, line.data(), line.size()), static_cast<ssize_t>(line.size()));
        return read_line();
    }
    std::filesystem::path file(const S3Place& place, const std::string& name) const {
        return scratch_.path / "objects" / (place.prefix + name);
    }
    std::filesystem::path folder() const { return scratch_.path; }

  private:
    Double() {
        int in[2], out[2];
        require(::pipe2(in, O_CLOEXEC) == 0 && ::pipe2(out, O_CLOEXEC) == 0, "no pipes");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        std::string script = MUNIMENT_SOURCE_DIR "/tests/support/s3_double.py", folder = scratch_.path, page = "3";
        const char* arguments[] = {"python3", script.c_str(), folder.c_str(), "--page", page.c_str(), nullptr};
        pid_t pid = 0;
        require(::posix_spawnp(&pid, "python3", &actions, nullptr, const_cast<char**>(arguments), environ) == 0,
                "python3 does not start");
        posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        to_ = in[1];
        from_ = out[0];
        auto said = read_line();
        require(said.starts_with("port "), "the S3 double does not start");
        port_ = said.substr(5);
    }
    std::string read_line() {
        std::string line;
        for (char c = 0; ::read(from_, &c, 1) == 1 && c != '\n';) line += c;
        return line;
    }

    Scratch scratch_;
    int to_ = -1, from_ = -1;
    std::string port_;
};

/// A new place on the double, or on the real server that the environment names.
inline std::pair<S3Place, S3Credentials> place_for_conformance() {
    const char* named = std::getenv("MUNIMENT_TEST_S3");
    if (!named) return {Double::only().place(), Double::credentials()};
    std::ifstream file(named);
    S3Place place{.store = to_uuid_text(new_random_id())};
    std::string key, secret;
    require(static_cast<bool>(std::getline(file, place.endpoint) && std::getline(file, place.bucket) &&
                              std::getline(file, place.authority) && std::getline(file, key) && std::getline(file, secret)),
            "MUNIMENT_TEST_S3 names a file of five lines");
    place.prefix = "conformance/" + place.store + "/";
    auto copy = bytes(secret);
    return {std::move(place), S3Credentials{key, crypto::Secret::take(copy)}};
}

}  // namespace muniment::storage::s3
