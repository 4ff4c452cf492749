/// The harness itself could not do its work; says nothing about the product.
package struct LiveFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
