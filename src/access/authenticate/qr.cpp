// SPDX-License-Identifier: Apache-2.0
#include "access/authenticate/qr.hpp"

#include <qrencode.h>

#include <memory>

#include "base/limits.hpp"

namespace muniment::access {
namespace {

constexpr int quiet = 4;  // modules of white around, ISO/IEC 18004 section 9.1

class Modules {
  public:
    static Result<Modules> of(std::string_view content) {
        if (content.empty() || content.size() > limits::qr_bytes_max)
            return fail(Problem::too_large, "a QR code holds 1 to " + std::to_string(limits::qr_bytes_max) + " bytes here");
        Modules modules;
        modules.code_.reset(QRcode_encodeData(static_cast<int>(content.size()),
                                              reinterpret_cast<const unsigned char*>(content.data()), 0, QR_ECLEVEL_M));
        if (!modules.code_) return fail(Problem::internal, "the QR code could not be made");
        return modules;
    }
    int width() const { return code_->width + 2 * quiet; }
    bool dark(int row, int column) const {
        row -= quiet, column -= quiet;
        if (row < 0 || column < 0 || row >= code_->width || column >= code_->width) return false;
        return code_->data[row * code_->width + column] & 1;
    }

  private:
    struct Free {
        void operator()(QRcode* code) const { QRcode_free(code); }
    };
    std::unique_ptr<QRcode, Free> code_;
};

}  // namespace

Result<std::string> qr_text(std::string_view content) {
    TRY(auto modules, Modules::of(content));
    std::string out;
    for (int row = 0; row < modules.width(); row += 2) {
        for (int column = 0; column < modules.width(); ++column) {
            bool upper = !modules.dark(row, column);
            bool lower = row + 1 < modules.width() && !modules.dark(row + 1, column);
            out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
        }
        out += '\n';
    }
    return out;
}

Result<std::string> qr_svg(std::string_view content) {
    TRY(auto modules, Modules::of(content));
    const auto side = std::to_string(modules.width());
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
                      "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h" + side + "v" + side + "H0z\"/><path d=\"";
    for (int row = 0; row < modules.width(); ++row)
        for (int column = 0; column < modules.width(); ++column)
            if (modules.dark(row, column)) out += "M" + std::to_string(column) + " " + std::to_string(row) + "h1v1h-1z";
    return out + "\"/></svg>\n";
}

}  // namespace muniment::access
