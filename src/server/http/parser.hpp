// SPDX-License-Identifier: Apache-2.0
// The hostile bytes of a request head become values here (Beast's parser, with stricter rules on top).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
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

/// One head. Bodies are not the parser's affair: of a known length they are counted, else they are Chunks.
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

  private:
    class Rules;
    std::unique_ptr<Rules> rules_;
};

}  // namespace muniment::server
