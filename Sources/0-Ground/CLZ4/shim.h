#include <lz4.h>
#include <lz4frame.h>

/// The content's checksum is passed over, by a library that can: 1.9.4 and later. An older one
/// compares it all the same.
static inline void quoin_lz4_skip_checksum(LZ4F_decompressOptions_t *options) {
#if LZ4_VERSION_NUMBER >= 10904
  options->skipChecksums = 1;
#else
  (void)options;
#endif
}
