// SPDX-License-Identifier: Apache-2.0
#include "storage/folder/write_behind.hpp"

namespace muniment::storage::folder {

WriteBehind::~WriteBehind() {
    {
        std::lock_guard held(lock_);
        stopping_ = true;
    }
    came_.notify_one();
    thread_.join();
}

std::future<Result<void>> WriteBehind::write(File& file, std::uint64_t offset, View block) {
    Block wanted{file, offset, block};
    auto written = wanted.written.get_future();
    {
        std::lock_guard held(lock_);
        queue_.push_back(std::move(wanted));
    }
    came_.notify_one();
    return written;
}

void WriteBehind::run() {
    for (;;) {
        std::unique_lock held(lock_);
        came_.wait(held, [&] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        auto block = std::move(queue_.front());
        queue_.pop_front();
        held.unlock();
        block.written.set_value(block.file.write_at(block.offset, block.bytes));
    }
}

}  // namespace muniment::storage::folder
