// CPU time of this process.
#pragma once

namespace spinneret {

// User and system time of all its threads.
double CpuSeconds();

}  // namespace spinneret
