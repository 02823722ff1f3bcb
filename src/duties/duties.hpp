// SPDX-License-Identifier: Apache-2.0
// What must happen by when.
//
//   jobs/   what Muniment does by itself, again and again: who runs it, when it is next, how it ended
//
// Promises   A job that is due runs on one node at a time, is taken up again where it was cut off, and is not forgotten because nobody
//            looked: lateness, repeated failure and a step that does not return are told.
// Assumes    What a job does is safe to do twice.
// Does not   Know what the jobs do: whoever opens the firm (app/) binds them. Deadlines of people and notices are not built yet.
// Read next  jobs/job.hpp, jobs/job_book.hpp, jobs/job_runner.hpp
#pragma once
#include "duties/jobs/job_book.hpp"
#include "duties/jobs/job_orders.hpp"
#include "duties/jobs/job_runner.hpp"
