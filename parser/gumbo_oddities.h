// Text that gumbo reads otherwise than the HTML standard has it, so that a reader which keeps to the standard can leave it to
// gumbo where both have to say the same.
#pragma once

#include <string_view>

namespace spinneret::internal {

// Whether valid UTF-8 has a character in it that gumbo does not leave as it is: controls and noncharacters, which it makes
// U+FFFD (the standard keeps them), and numbers of character references beyond 31 bits. Linear.
bool HasGumboOddity(std::string_view raw);

}  // namespace spinneret::internal
