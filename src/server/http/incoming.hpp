// SPDX-License-Identifier: Apache-2.0
// What comes in over one connection: heads, and the bodies between them.
#pragma once
#include <memory>
#include <optional>
#include <span>

#include "server/http/channel.hpp"
#include "server/http/chunks.hpp"
#include "server/http/http.hpp"
#include "server/http/parser.hpp"

namespace muniment::server {

class Incoming {
  public:
    Incoming(Channel& channel, const Limits& limits);

    /// The next head; nullptr if the other side left, or asked for nothing within idle_wait.
    Task<Result<const Head*>> head();
    /// Nothing of a next request is here yet: the connection can be closed without loss.
    bool idle() const { return idle_; }

    /// Fills `into` as far as the body reaches: fewer bytes mean that this was its end.
    Task<Result<std::size_t>> body(std::span<std::uint8_t> into);
    bool body_complete() const;
    /// Reads the rest of the body into nowhere, if that is little enough to be worth the connection.
    Task<bool> discard_body();

  private:
    View buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }
    Task<bool> more();
    Task<Result<std::size_t>> chunks(std::span<std::uint8_t> into);
    std::unexpected<Error> cut_off() const;

    Channel& channel_;
    const Limits& limits_;
    const std::size_t capacity_;
    std::unique_ptr<std::uint8_t[]> buffer_;
    std::size_t begin_ = 0, end_ = 0;
    std::optional<Parser> parser_;
    Chunks chunks_;                // of the request that `parser_` is of
    std::uint64_t remaining_ = 0;  // of a body of known length
    bool idle_ = false;
};

}  // namespace muniment::server
