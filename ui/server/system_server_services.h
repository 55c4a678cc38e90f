// The test server of this machine, its transcript in the user's cache folder.
#pragma once

#include "ui/server/server_services.h"

namespace framescope {

ServerServices systemServerServices();

}  // namespace framescope
