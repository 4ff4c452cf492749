import Testing

@testable import kvctl

@Suite("Figures")
struct FiguresTests {
  @Test("a state's hash has sixteen digits, with zeros in front")
  func hash() {
    #expect(Figures.hash(0) == "0000000000000000")
    #expect(Figures.hash(0x0af0_fe1f_528b_26d3) == "0af0fe1f528b26d3")
    #expect(Figures.hash(.max) == "ffffffffffffffff")
  }
}
