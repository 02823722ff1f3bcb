// SPDX-License-Identifier: Apache-2.0
// How many connections there may be, in all and from one source. A seat is taken before the handshake, which is where a
// stranger can make us work.
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace muniment::server {

class Seats : public std::enable_shared_from_this<Seats> {
  public:
    /// Given back when it is destroyed.
    class Seat {
      public:
        Seat(Seat&& other) noexcept = default;
        Seat& operator=(Seat&&) = delete;
        ~Seat();

      private:
        friend class Seats;
        Seat(std::shared_ptr<Seats> seats, std::string source) : seats_(std::move(seats)), source_(std::move(source)) {}
        std::shared_ptr<Seats> seats_;
        std::string source_;
    };

    Seats(std::size_t in_all_max, std::size_t per_source_max) : in_all_max_(in_all_max), per_source_max_(per_source_max) {}
    /// `source`: whatever names one household of clients; for IPv6 the /64, since each client there has 2^64 addresses.
    std::optional<Seat> take(const std::string& source);
    std::size_t taken() const;

  private:
    const std::size_t in_all_max_, per_source_max_;
    mutable std::mutex mutex_;
    std::size_t taken_ = 0;
    std::map<std::string, std::size_t> by_source_;
};

}  // namespace muniment::server
