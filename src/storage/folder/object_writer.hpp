// SPDX-License-Identifier: Apache-2.0
// A large object in a pack of its own. It is written in whole blocks, past the kernel's cache where the file system can: one block
// is on its way to the disk while the next is filled.
#pragma once
#include <array>
#include <cstdlib>

#include "base/limits.hpp"
#include "storage/folder/pack_files.hpp"
#include "storage/folder/pack_format.hpp"
#include "storage/folder/write_behind.hpp"

namespace muniment::storage::folder {

class FolderObjectWriter final : public ObjectWriter {
  public:
    static Result<std::unique_ptr<ObjectWriter>> begin(PackFiles& files, WriteBehind& behind, const RegisterPack& registered,
                                                       const ObjectId& object);
    ~FolderObjectWriter() override;
    Result<void> add(View sealed) override;
    Result<Placement> finish() override;

  private:
    static constexpr std::size_t block_bytes = limits::transfer_step_bytes;
    struct Free {
        void operator()(std::uint8_t* memory) const { std::free(memory); }
    };
    using Block = std::unique_ptr<std::uint8_t[], Free>;

    FolderObjectWriter(PackFiles& files, WriteBehind& behind, const RegisterPack& registered, const ObjectId& object,
                       const PackId& pack, std::unique_ptr<File> file);
    static Block new_block();
    void put(View bytes);
    Result<void> write_block();
    Result<void> settled();
    Result<void> write_end();

    PackFiles& files_;
    WriteBehind& behind_;
    const RegisterPack& registered_;
    ObjectId object_;
    PackId pack_;
    std::unique_ptr<File> file_;
    Block filling_ = new_block(), leaving_ = new_block(), first_;  ///< first_: the beginning of the file, once it was written
    std::size_t filled_ = 0;
    std::uint64_t written_ = 0;                 ///< whole blocks, given to behind_
    std::future<Result<void>> under_way_;       ///< of leaving_
    Result<void> state_{};
    bool finished_ = false;
};

}  // namespace muniment::storage::folder
