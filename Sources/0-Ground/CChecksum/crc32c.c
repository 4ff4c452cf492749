// CRC-32C with the processor's instruction where there is one (SSE4.2, ARMv8 CRC), else by table.
#include "CChecksum.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1 << 7)
#endif
#endif

static uint32_t table[256];

// Runs before main, so that no caller ever sees a half-filled table.
__attribute__((constructor)) static void fill_table(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; bit++) c = (c >> 1) ^ (0x82f63b78u & (0u - (c & 1)));
    table[i] = c;
  }
}

uint32_t quoin_crc32c_table(uint32_t seed, const void *bytes, size_t length) {
  const uint8_t *p = bytes;
  uint32_t c = ~seed;
  while (length--) c = (c >> 8) ^ table[(c ^ *p++) & 0xff];
  return ~c;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t seed, const void *bytes,
                                                                 size_t length) {
  const uint8_t *p = bytes;
  uint64_t c = (uint32_t)~seed;
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    c = _mm_crc32_u64(c, word);
    p += 8, length -= 8;
  }
  uint32_t tail = (uint32_t)c;
  while (length--) tail = _mm_crc32_u8(tail, *p++);
  return ~tail;
}
static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }
#elif defined(__aarch64__)
__attribute__((target("+crc"))) static uint32_t by_instruction(uint32_t seed, const void *bytes,
                                                               size_t length) {
  const uint8_t *p = bytes;
  uint32_t c = ~seed;
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    c = __crc32cd(c, word);
    p += 8, length -= 8;
  }
  while (length--) c = __crc32cb(c, *p++);
  return ~c;
}
static int has_instruction(void) { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
#else
static uint32_t by_instruction(uint32_t seed, const void *bytes, size_t length) {
  return quoin_crc32c_table(seed, bytes, length);
}
static int has_instruction(void) { return 0; }
#endif

uint32_t quoin_crc32c(uint32_t seed, const void *bytes, size_t length) {
  static int known = -1;
  int instruction = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (instruction < 0) {
    instruction = has_instruction();
    __atomic_store_n(&known, instruction, __ATOMIC_RELAXED);
  }
  if (instruction) return by_instruction(seed, bytes, length);
  return quoin_crc32c_table(seed, bytes, length);
}
