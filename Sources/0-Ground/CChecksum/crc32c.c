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

static void fill_table(void) {
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

// The instruction takes one operand a cycle and three cycles to give its result: three runs that do
// not wait for each other are three times as fast as one. What a run's checksum becomes behind the
// next RUN bytes is linear in its bits (they are a polynomial, times x^(8 RUN) modulo the
// generator): four tables of 256 say it.
#define RUN 1024

static uint32_t behind_run[4][256];

static uint32_t product(const uint32_t *matrix, uint32_t vector) {
  uint32_t sum = 0;
  for (; vector; vector >>= 1, matrix++) sum ^= *matrix & (0u - (vector & 1));
  return sum;
}

static void fill_behind_run(void) {
  // Column i: what bit i alone becomes behind one zero byte; squared, behind twice as many.
  uint32_t matrix[32], square[32];
  for (int i = 0; i < 32; i++) {
    uint32_t bit = 1u << i;
    matrix[i] = (bit >> 8) ^ table[bit & 0xff];
  }
  for (int bytes = 1; bytes < RUN; bytes *= 2) {
    for (int i = 0; i < 32; i++) square[i] = product(matrix, matrix[i]);
    memcpy(matrix, square, sizeof matrix);
  }
  for (int byte = 0; byte < 4; byte++)
    for (uint32_t i = 0; i < 256; i++) behind_run[byte][i] = product(matrix, i << (8 * byte));
}

// Runs before main, so that no caller ever sees a half-filled table.
__attribute__((constructor)) static void fill_tables(void) {
  fill_table();
  fill_behind_run();
}

static inline uint32_t move_behind_run(uint32_t c) {
  return behind_run[0][c & 0xff] ^ behind_run[1][(c >> 8) & 0xff] ^
         behind_run[2][(c >> 16) & 0xff] ^ behind_run[3][c >> 24];
}

#if defined(__x86_64__)
#define WITH_INSTRUCTION __attribute__((target("sse4.2")))
#define TAKE_WORD(c, word) ((uint32_t)_mm_crc32_u64(c, word))
#define TAKE_BYTE(c, byte) _mm_crc32_u8(c, byte)
static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }
#elif defined(__aarch64__)
#define WITH_INSTRUCTION __attribute__((target("+crc")))
#define TAKE_WORD(c, word) __crc32cd(c, word)
#define TAKE_BYTE(c, byte) __crc32cb(c, byte)
static int has_instruction(void) { return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0; }
#endif

#if defined(WITH_INSTRUCTION)
static inline uint64_t word_at(const uint8_t *p) {
  uint64_t word;
  memcpy(&word, p, 8);
  return word;
}

WITH_INSTRUCTION static uint32_t by_instruction(uint32_t seed, const void *bytes, size_t length) {
  const uint8_t *p = bytes;
  uint32_t c = ~seed;
  while (length >= 3 * RUN) {
    uint32_t second = 0, third = 0;
    for (const uint8_t *end = p + RUN; p < end; p += 8) {
      c = TAKE_WORD(c, word_at(p));
      second = TAKE_WORD(second, word_at(p + RUN));
      third = TAKE_WORD(third, word_at(p + 2 * RUN));
    }
    c = move_behind_run(move_behind_run(c) ^ second) ^ third;
    p += 2 * RUN, length -= 3 * RUN;
  }
  for (; length >= 8; p += 8, length -= 8) c = TAKE_WORD(c, word_at(p));
  while (length--) c = TAKE_BYTE(c, *p++);
  return ~c;
}
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
