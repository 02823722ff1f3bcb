// SPDX-License-Identifier: Apache-2.0
// As library.hpp, for tests.
#pragma once

#include "library.hpp"

#include <gtest/gtest.h>
