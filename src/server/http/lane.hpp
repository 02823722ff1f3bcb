// SPDX-License-Identifier: Apache-2.0
// One connection's way to the workers: one step at a time, and back to the connection's loop when it is done.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <functional>
#include <string>
#include <typeinfo>

#include "base/result.hpp"

namespace muniment::server {

/// For a step that calls a handler: an exception ends here, as an error without its words (they may hold what a client sent).
template <class F>
auto guarded(F&& f) -> decltype(f()) {
    try {
        return f();
    } catch (const std::exception& thrown) {
        return fail(Problem::internal, std::string("an exception of type ") + typeid(thrown).name());
    } catch (...) {
        return fail(Problem::internal, "an exception of no known type");
    }
}

class Lane {
  public:
    using Step = std::move_only_function<void()>;

    Lane(boost::asio::any_io_executor loop, boost::asio::thread_pool& workers) : loop_(std::move(loop)), workers_(workers) {}
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    /// Gives a step to the workers and returns at once. What it refers to stays put until finished(). It must not throw.
    void start(Step step);
    /// Returns when no step is running; at once if none is.
    boost::asio::awaitable<void> finished();
    boost::asio::awaitable<void> run(Step step);

  private:
    void done();

    boost::asio::any_io_executor loop_;
    boost::asio::thread_pool& workers_;
    bool running_ = false;                       // loop only
    std::move_only_function<void()> waiting_;    // loop only
};

}  // namespace muniment::server
