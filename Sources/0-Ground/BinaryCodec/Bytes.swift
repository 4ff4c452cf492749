/// A run of bytes inside an owned buffer: slicing shares the buffer and copies nothing.
public typealias Bytes = ArraySlice<UInt8>
