// SPDX-License-Identifier: Apache-2.0
// What packs in a bucket need from time to time: small ones are merged, emptied ones removed, forgotten uploads ended. In a
// thread of its own, since a step may wait for the network.
#pragma once
#include <condition_variable>
#include <thread>

#include "app/serving.hpp"
#include "storage/merging.hpp"

namespace muniment::app {

class Upkeep {
  public:
    /// Nothing is done where packs do not appear whole: a folder's packs are appended to, and few.
    Upkeep(Serving& serving, std::chrono::seconds every);
    ~Upkeep();   ///< waits for the step that is under way

  private:
    void run(std::chrono::seconds every);
    void look_after();
    bool stopping();

    Serving& serving_;
    std::mutex lock_;
    std::condition_variable stop_asked_;
    bool stopping_ = false;
    storage::Merging merging_;
    std::thread thread_;
};

}  // namespace muniment::app
