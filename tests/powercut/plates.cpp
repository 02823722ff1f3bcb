// SPDX-License-Identifier: Apache-2.0
#include "plates.hpp"

#include <algorithm>

namespace muniment::powercut {
namespace {

bool chance(Dice& dice, double likely) { return std::uniform_real_distribution<double>(0, 1)(dice) < likely; }

void put(Bytes& content, std::uint64_t at, View bytes) {
    if (content.size() < at + bytes.size()) content.resize(at + bytes.size());
    std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(at));
}

void perform(Bytes& content, const Operation& operation) {
    if (operation.act == Act::resize)
        content.resize(operation.offset);
    else
        put(content, operation.offset, operation.bytes);
}

}  // namespace

// Often everything that may go is gone, or everything has come: those are what a machine does most. Between them anything goes.
Cut Cut::draw(Dice& dice) {
    constexpr double likely[] = {0, 0, 0.1, 0.5, 0.9, 1};
    auto one = [&] { return likely[dice() % std::size(likely)]; };
    return {.data = one(),
            .names = one(),
            .sector = dice() % 2 ? std::size_t{512} : std::size_t{4096},
            .sizes_kept = dice() % 2 == 0,
            .garbage = dice() % 2 == 0};
}

std::string Cut::text() const {
    auto percent = [](double p) { return std::to_string(static_cast<int>(p * 100)) + " %"; };
    return "kept of unsynced data " + percent(data) + ", of names " + percent(names) + ", sectors of " + std::to_string(sector) +
           (sizes_kept ? ", sizes kept" : "") + (garbage ? ", garbage between" : "");
}

Plates::Plates(const Image& image) : durable_(image) {
    for (const auto& [node, content] : image.contents) files_[node].durable = content;
}

void Plates::follow(const Operation& operation, std::optional<std::uint8_t> omitted) {
    switch (operation.act) {
        case Act::write:
        case Act::resize: files_[operation.node].unsynced.push_back(&operation); break;
        case Act::sync_file:
            if (omitted != operation.point) settle(files_[operation.node]);
            break;
        case Act::name: files_[operation.node]; [[fallthrough]];
        case Act::add_folder:
        case Act::unname:
        case Act::rename: unsynced_names_[operation.path.parent_path()].push_back(&operation); break;
        case Act::sync_folder:
            if (omitted == operation.point) break;
            for (const auto* change : unsynced_names_[operation.path]) this->change(durable_, *change, false);
            unsynced_names_.erase(operation.path);
            break;
    }
}

void Plates::settle(Held& held) {
    if (held.unsynced.empty()) return;
    Bytes content(*held.durable);
    for (const auto* operation : held.unsynced) perform(content, *operation);
    held.durable = std::make_shared<const Bytes>(std::move(content));
    held.unsynced.clear();
}

void Plates::change(Image& image, const Operation& operation, bool leave_both) const {
    switch (operation.act) {
        case Act::add_folder: image.folders.insert(operation.path); break;
        case Act::name: image.names[operation.path] = operation.node; break;
        case Act::unname: image.names.erase(operation.path); break;
        case Act::rename:
            image.names[operation.to] = operation.node;
            if (!leave_both) image.names.erase(operation.path);
            break;
        default: break;
    }
}

Content Plates::survivor(const Held& held, const Cut& cut, Dice& dice) {
    if (held.unsynced.empty()) return held.durable;
    Bytes content(*held.durable);
    std::vector<std::uint64_t> sizes{content.size()};
    for (const auto* operation : held.unsynced) {
        auto reaches = operation->act == Act::resize ? operation->offset : operation->offset + operation->bytes.size();
        sizes.push_back(operation->act == Act::resize ? reaches : std::max(sizes.back(), reaches));
        if (operation->act == Act::resize) continue;
        View rest = operation->bytes;
        for (auto at = operation->offset; !rest.empty();) {
            auto within = std::min<std::size_t>(rest.size(), cut.sector - at % cut.sector);
            if (chance(dice, cut.data)) put(content, at, rest.first(within));
            rest = rest.subspan(within);
            at += within;
        }
    }
    auto written = content.size();
    auto likely = cut.sizes_kept ? std::max(cut.data, 0.8) : cut.data;
    std::size_t kept = chance(dice, likely) ? sizes.size() - 1 : dice() % sizes.size();
    if (!cut.sizes_kept && cut.data == 0) kept = 0;
    content.resize(sizes[kept]);
    for (auto at = written; cut.garbage && at < content.size(); ++at) content[at] = static_cast<std::uint8_t>(dice());
    return std::make_shared<const Bytes>(std::move(content));
}

Image Plates::leave(const Cut& cut, Dice& dice) const {
    auto image = durable_;
    for (const auto& [folder, changes] : unsynced_names_)
        for (const auto* operation : changes)
            if (chance(dice, cut.names)) change(image, *operation, operation->act == Act::rename && chance(dice, 0.2));
    // What lies in a folder whose own name was lost cannot be reached.
    std::erase_if(image.folders, [&](const Path& path) {
        for (auto at = path; at != "/"; at = at.parent_path())
            if (!image.folders.contains(at.parent_path())) return true;
        return false;
    });
    std::erase_if(image.names, [&](const auto& named) { return !image.folders.contains(named.first.parent_path()); });
    image.contents.clear();
    std::set<Node> reachable;
    for (const auto& [path, node] : image.names) reachable.insert(node);
    for (const auto& [node, held] : files_) {
        auto content = survivor(held, cut, dice);
        if (reachable.contains(node))
            image.contents[node] = std::move(content);
        else
            image.freed.push_back(std::move(content));
    }
    image.next = files_.empty() ? durable_.next : std::max(durable_.next, files_.rbegin()->first + 1);
    return image;
}

}  // namespace muniment::powercut
