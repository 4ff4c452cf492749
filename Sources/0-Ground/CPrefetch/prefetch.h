/// Asks the memory for the cache line at `address`, and does not wait for it: what reads it soon
/// afterwards finds it near. Any address will do; none is looked at.
static inline void quoin_prefetch(const void *address) { __builtin_prefetch(address); }
