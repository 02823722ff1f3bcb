// SPDX-License-Identifier: Apache-2.0
// What lies in a slot, a place that others keep: epoch keys, `seen`, `living`.
#include "keys/slot_files.hpp"

#include "fuzz.hpp"

using namespace muniment;

namespace {

/// A slot in which every file has this content, and what is put is kept.
class Given final : public storage::Slot {
  public:
    explicit Given(View content) : content_(bytes(content)) {}
    std::string name() const override { return "given"; }
    Result<std::vector<std::string>> list() override {
        return std::vector<std::string>{string(View(content_).first(std::min<std::size_t>(content_.size(), 80)))};
    }
    Result<Bytes> get(std::string_view) override { return content_; }
    Result<void> put(std::string_view, View content, storage::Replace) override {
        content_ = bytes(content);
        return {};
    }
    Result<void> erase(std::string_view) override { return {}; }
    const Bytes& content() const { return content_; }

  private:
    Bytes content_;
};

}  // namespace

FUZZ_TARGET(slot_files) {
    static const auto root = keys::RootKey::from(crypto::Secret::zeros(32)).value();
    Given slot(input);
    fuzz::must(!keys::get_epoch(slot, root, FirmId{}, keys::Mark{}), "an epoch key that nobody sealed");
    if (auto marks = keys::epochs_in(slot); marks && !marks->empty())
        fuzz::must(keys::epoch_file_name(marks->front()) == text(slot.content()), "a second spelling of a mark");
    if (auto seen = keys::read_seen(slot); seen && *seen) {
        Given written({});
        fuzz::must(keys::write_seen(written, **seen).has_value(), "what was seen cannot be written");
        fuzz::must(written.content() == bytes(input), "a second spelling of what was seen");
    }
    if (auto living = keys::read_living(slot); living && *living) {
        Given written({});
        fuzz::must(keys::write_living(written, **living).has_value(), "a living value cannot be written");
        fuzz::must(written.content() == bytes(input), "a second spelling of a living value");
    }
}
