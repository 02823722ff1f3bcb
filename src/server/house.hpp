// SPDX-License-Identifier: Apache-2.0
// The open house: what the routes act on from unlock to lock. Whoever puts it together (app/) keeps the parts alive as long as
// the shared_ptr<House> that it gives to the Door: an aliasing pointer into what owns them all does that.
#pragma once
#include <string>

#include "access/access.hpp"
#include "audit/log.hpp"
#include "duties/duties.hpp"
#include "storage/packs.hpp"
#include "strongroom/matters/open_uploads.hpp"
#include "strongroom/matters/papers.hpp"
#include "strongroom/matters/register.hpp"

namespace muniment::server {

class Doctor;

struct House {
    access::Gate& gate;
    access::SignIn& sign_in;
    access::People& people;
    access::Groups& groups;
    strongroom::Register& clients_and_matters;
    strongroom::Papers& papers;
    strongroom::OpenUploads& uploads;
    storage::PackStore& packs;
    audit::Log& log;
    std::string firm_name;
    duties::JobRunner* jobs = nullptr;   ///< null where nothing is done by itself (tests, founding)
    Doctor* doctor = nullptr;            ///< null where nobody looks after the machine (tests, founding)
};

}  // namespace muniment::server
