// SPDX-License-Identifier: Apache-2.0
#include "crypto/shares.hpp"

#include <algorithm>
#include <map>

#include "base/random.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl.hpp"

namespace muniment::crypto {
namespace {

// SLIP-0039, "Splitting the secret": the secret is the polynomial's value at 255, its digest stands at 254.
constexpr std::uint8_t secret_at = 255, digest_at = 254;
constexpr std::size_t digest_bytes = 4;
constexpr int rounds = 4, iterations_base = 10'000;

struct Point {
    std::uint8_t x;
    View y;
};

/// 1 / x = x^254 = x^2 · x^4 · … · x^128. Only ever of differences of places, which are no secret.
std::uint8_t inverse(std::uint8_t x) {
    std::uint8_t power = x, product = 1;
    for (int i = 0; i < 7; ++i) {
        power = detail::gf256_product(power, power);
        product = detail::gf256_product(product, power);
    }
    return product;
}

/// The value at `x` of the polynomial through these points, by Lagrange; each place occurs once.
Secret interpolate(std::span<const Point> points, std::uint8_t x) {
    auto sum = Secret::zeros(points.front().y.size());
    for (const auto& point : points) {
        std::uint8_t basis = 1;
        for (const auto& other : points) {
            if (other.x == point.x) continue;
            basis = detail::gf256_product(basis, detail::gf256_product(x ^ other.x, inverse(point.x ^ other.x)));
        }
        for (std::size_t i = 0; i < sum.size(); ++i) sum.fill()[i] ^= detail::gf256_product(point.y[i], basis);
    }
    return sum;
}

std::array<std::uint8_t, digest_bytes> digest_of(View random_part, View secret) {
    std::array<std::uint8_t, digest_bytes> digest;
    std::ranges::copy_n(hmac_sha256(random_part, {secret}).begin(), digest_bytes, digest.begin());
    return digest;
}

/// The values of `count` shares, any `needed` of which give the secret.
std::vector<Secret> split_values(View secret, std::size_t needed, std::size_t count) {
    std::vector<Secret> values;
    for (std::size_t i = 0; i + 2 < needed; ++i) values.push_back(Secret::random(secret.size()));
    auto digest_value = Secret::random(secret.size());
    std::ranges::copy(digest_of(digest_value.expose().subspan(digest_bytes), secret), digest_value.fill().begin());
    std::vector<Point> base;
    for (std::size_t i = 0; i < values.size(); ++i) base.push_back({static_cast<std::uint8_t>(i), values[i].expose()});
    base.push_back({digest_at, digest_value.expose()});
    base.push_back({secret_at, secret});
    for (auto i = values.size(); i < count; ++i) values.push_back(interpolate(base, static_cast<std::uint8_t>(i)));
    return values;
}

/// "Recovering the secret": what one value is alone, or what the polynomial has at 255 where its digest fits.
Result<Secret> recover(std::span<const Point> points, std::size_t needed) {
    if (points.size() != needed)
        return fail(Problem::bad_share, std::to_string(needed) + " shares are needed, and there are " + std::to_string(points.size()));
    if (needed == 1) {
        auto secret = Secret::zeros(points.front().y.size());
        std::ranges::copy(points.front().y, secret.fill().begin());
        return secret;
    }
    auto secret = interpolate(points, secret_at);
    auto digest = interpolate(points, digest_at);
    if (!equal(digest.expose().first(digest_bytes), digest_of(digest.expose().subspan(digest_bytes), secret.expose())))
        return fail(Problem::bad_share, "these shares do not fit each other: at least one was not made with the others");
    return secret;
}

struct Group {
    std::uint8_t needed;
    std::vector<Point> members;
};

/// By group: all of one set, no place twice.
Result<std::map<std::uint8_t, Group>> grouped(std::span<const Share> shares) {
    std::map<std::uint8_t, Group> groups;
    const auto& first = shares.front();
    for (const auto& share : shares) {
        bool common = share.identifier == first.identifier && share.extendable == first.extendable && share.exponent == first.exponent &&
                      share.groups_needed == first.groups_needed && share.groups == first.groups &&
                      share.value.size() == first.value.size();
        auto& group = groups.try_emplace(share.group, Group{share.members_needed, {}}).first->second;
        if (!common || group.needed != share.members_needed) return fail(Problem::bad_share, "they are of different sets");
        auto same_place = [&](const Point& point) { return point.x == share.member; };
        if (std::ranges::any_of(group.members, same_place)) return fail(Problem::bad_share, "one of them is there twice");
        group.members.push_back({share.member, share.value.expose()});
    }
    return groups;
}

}  // namespace

std::uint8_t detail::gf256_product(std::uint8_t a, std::uint8_t b) {
    unsigned product = 0, left = a, right = b;
    for (int i = 0; i < 8; ++i) {
        product ^= left & -(right & 1u);
        left = (left << 1) ^ (0x11b & -(left >> 7 & 1u));
        right >>= 1;
    }
    return static_cast<std::uint8_t>(product);
}

Secret detail::share_cipher(View in, std::string_view passphrase, const Share& parameters, bool encrypt) {
    require(in.size() % 2 == 0, "a secret of an odd length is shared");
    auto half = in.size() / 2;
    auto left = Secret::zeros(half), right = Secret::zeros(half), mixed = Secret::zeros(half);
    std::ranges::copy(in.first(half), left.fill().begin());
    std::ranges::copy(in.last(half), right.fill().begin());
    Writer prefix;
    if (!parameters.extendable) prefix.raw("shamir").u16(parameters.identifier);
    auto salt = Secret::zeros(prefix.written().size() + half);
    std::ranges::copy(prefix.written(), salt.fill().begin());
    auto password = Secret::zeros(1 + passphrase.size());
    std::ranges::copy(view(passphrase), password.fill().begin() + 1);
    for (int step = 0; step < rounds; ++step) {
        password.fill()[0] = static_cast<std::uint8_t>(encrypt ? step : rounds - 1 - step);
        std::ranges::copy(right.expose(), salt.fill().begin() + static_cast<std::ptrdiff_t>(prefix.written().size()));
        must(PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(password.expose().data()), length(password.size()), salt.expose().data(),
                               length(salt.size()), (iterations_base << parameters.exponent) / rounds, EVP_sha256(), length(half),
                               mixed.fill().data()));
        for (std::size_t i = 0; i < half; ++i) mixed.fill()[i] ^= left.expose()[i];
        std::swap(left, right);
        std::swap(right, mixed);
    }
    auto out = Secret::zeros(in.size());
    std::ranges::copy(right.expose(), out.fill().begin());
    std::ranges::copy(left.expose(), out.fill().begin() + static_cast<std::ptrdiff_t>(half));
    return out;
}

std::vector<Share> split(const Secret& secret, std::uint8_t needed, std::uint8_t count) {
    require(needed >= 2 && needed <= count && count <= shares_max, "a number of shares that cannot be made");
    require(secret.size() >= 16 && secret.size() % 2 == 0, "a secret that cannot be shared");
    auto random = random_bytes<2>();
    Share common{.identifier = static_cast<std::uint16_t>((random[0] << 8 | random[1]) & 0x7fff), .members_needed = needed};
    auto encrypted = detail::share_cipher(secret.expose(), {}, common, true);
    auto values = split_values(encrypted.expose(), needed, count);
    std::vector<Share> shares;
    for (std::size_t i = 0; i < values.size(); ++i) {
        common.member = static_cast<std::uint8_t>(i);
        shares.push_back(common.clone());
        shares.back().value = std::move(values[i]);
    }
    return shares;
}

Result<Secret> combine(std::span<const Share> shares, std::string_view passphrase) {
    if (shares.empty()) return fail(Problem::bad_share, "there is none");
    TRY(auto groups, grouped(shares));
    const auto& first = shares.front();
    if (groups.size() != first.groups_needed)
        return fail(Problem::bad_share,
                    std::to_string(first.groups_needed) + " groups are needed, and there are " + std::to_string(groups.size()));
    std::vector<Secret> secrets;
    std::vector<Point> points;
    for (const auto& [place, group] : groups) {
        TRY(auto secret, recover(group.members, group.needed));
        secrets.push_back(std::move(secret));
        points.push_back({place, secrets.back().expose()});
    }
    TRY(auto encrypted, recover(points, first.groups_needed));
    return detail::share_cipher(encrypted.expose(), passphrase, first, false);
}

}  // namespace muniment::crypto
