#ifndef QUOIN_CCHECKSUM_H
#define QUOIN_CCHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `length` bytes at `bytes`, continuing from
/// `seed`: the checksum of the bytes before these, 0 for none.
uint32_t quoin_crc32c(uint32_t seed, const void *bytes, size_t length);

/// The same by table alone: what runs on a processor without the instruction; public so that tests
/// can compare both.
uint32_t quoin_crc32c_table(uint32_t seed, const void *bytes, size_t length);

#endif
