// SPDX-License-Identifier: Apache-2.0
// The hostile bytes of a request head, and of a chunked body, become values here (Beast's parser, with stricter rules on top).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "server/http/message.hpp"

namespace muniment::server {

struct Head {
    std::string method, target;
    Headers headers;
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool keep_alive = true;
    bool expects_continue = false;
};

/// One request. A body of known length is not the parser's affair: whoever reads it counts.
class Parser {
  public:
    Parser(std::size_t header_bytes_max, std::size_t target_bytes_max);
    ~Parser();
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    /// Takes what it can of `input` towards the end of the head; what it leaves must be shown again, with more behind it.
    Result<std::size_t> take_head(View input);
    bool head_complete() const;
    const Head& head() const;

    struct Taken {
        std::size_t input, body;
    };
    /// Takes chunks, writing their content to `body`. Trailers are read and dropped.
    Result<Taken> take_chunks(View input, std::span<std::uint8_t> body);
    bool chunks_complete() const;

  private:
    class Rules;
    std::unique_ptr<Rules> rules_;
};

}  // namespace muniment::server
