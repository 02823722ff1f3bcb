// SPDX-License-Identifier: Apache-2.0
#include "keys/row_sum.hpp"

namespace muniment::keys {

void RowSum::add(const Hash& row) {
    unsigned carry = 0;
    for (std::size_t i = sum.size(); i-- > 0;) {
        carry += sum[i] + row[i];
        sum[i] = static_cast<std::uint8_t>(carry);
        carry >>= 8;
    }
    ++count;
}

void RowSum::remove(const Hash& row) {
    int borrow = 0;
    for (std::size_t i = sum.size(); i-- > 0;) {
        int digit = sum[i] - row[i] - borrow;
        borrow = digit < 0;
        sum[i] = static_cast<std::uint8_t>(digit);
    }
    --count;
}

Hash row_hash(const MacKey& key, std::uint16_t kind, const Id16& owner, const Id16& row, std::uint64_t number, View sealed) {
    Writer head;
    head.u16(kind).raw(owner).raw(row).u64(number);
    return crypto::hmac_sha256(key.expose(), {head.written(), crypto::sha256(sealed)});
}

}  // namespace muniment::keys
