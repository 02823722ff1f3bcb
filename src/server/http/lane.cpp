// SPDX-License-Identifier: Apache-2.0
#include "server/http/lane.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace muniment::server {
namespace asio = boost::asio;

void Lane::start(Step step) {
    require(!running_, "two steps of one connection at once");
    running_ = true;
    asio::post(workers_, [this, step = std::move(step)]() mutable {
        step();
        step = nullptr;  // what it holds belongs to the workers as well: a sink may close a file when it goes
        // What the step had open lay on this stack too (JSON is spelled in a buffer there): a core taken later holds none of it.
        crypto::wipe_stack();
        asio::post(loop_, [this] { done(); });
    });
}

void Lane::done() {
    running_ = false;
    if (waiting_) std::exchange(waiting_, nullptr)();
}

asio::awaitable<void> Lane::finished() {
    if (!running_) co_return;
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this](auto resume) { waiting_ = [resume = std::move(resume)]() mutable { std::move(resume)(); }; }, asio::use_awaitable);
}

asio::awaitable<void> Lane::run(Step step) {
    start(std::move(step));
    co_await finished();
}

}  // namespace muniment::server
