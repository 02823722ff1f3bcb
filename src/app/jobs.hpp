// SPDX-License-Identifier: Apache-2.0
// What an open firm does by itself: which jobs there are, how often, and what each does in one step.
#pragma once
#include "app/open_firm.hpp"

namespace muniment::app {

/// The functions use `firm`, which whoever runs them holds. What a node itself goes by (slots, the rows of the gate) is no job: each node
/// looks after that, also on a copy (Serving::check()).
std::vector<duties::Job> jobs_of(OpenFirm& firm, const Home& home);
/// Into the record and the operations log.
duties::JobRunner::Tell tell_of_jobs(OpenFirm& firm);

}  // namespace muniment::app
