// A valid gzip stream of any size in a few bytes of memory: a head, a block to repeat, and a tail.
//
// Deflate writes "the last byte 258 times more" in 13 bits, so eight of those are 13 whole bytes that can be sent again
// and again; they unpack to 2064 bytes. The content is the letter a.
#pragma once

#include <cstdint>
#include <string>

namespace spinneret::simweb {

struct GzipBomb {
  std::string head;
  std::string block;
  std::uint64_t times = 0;  // of `block`
  std::string tail;
  std::uint64_t unpacked_bytes = 0;
};

// Unpacks to `at_least` bytes, rounded up to 259 + 2064 n.
GzipBomb MakeGzipBomb(std::uint64_t at_least);

// The CRC-32 (as in gzip) of `count` times the byte `value`, in time logarithmic in `count`.
std::uint32_t Crc32OfRun(unsigned char value, std::uint64_t count);

}  // namespace spinneret::simweb
