// SPDX-License-Identifier: Apache-2.0
// The text format of Prometheus, version 0.0.4: families of samples, each family once, with its HELP and TYPE before its
// samples.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muniment::app {

class Exposition {
  public:
    using Labels = std::vector<std::pair<std::string_view, std::string_view>>;
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    /// `name` without the prefix muniment_.
    Exposition& family(std::string_view name, std::string_view type, std::string_view help);
    /// Of the family that was begun last; `suffix`: "_bucket".
    Exposition& sample(double value, const Labels& labels = {}, std::string_view suffix = {});
    /// A family of one sample.
    Exposition& counter(std::string_view name, std::string_view help, std::uint64_t value);
    Exposition& gauge(std::string_view name, std::string_view help, double value);
    std::string text() && { return std::move(text_); }

  private:
    std::string text_, name_;
};

}  // namespace muniment::app
