import Configuration

/// The configured values as text; YAML may hold a number where a name is meant.
struct Values {
  let reader: ConfigReader

  subscript(key: ConfigurationKey) -> String? {
    let name = ConfigKey(stringLiteral: key.rawValue)
    return reader.string(forKey: name) ?? reader.int(forKey: name).map(String.init)
  }

  /// One or several: a list in YAML, commas elsewhere or in YAML's text; nil when there is none.
  func list(_ key: ConfigurationKey) -> [String]? {
    let key = ConfigKey(stringLiteral: key.rawValue)
    let words =
      reader.stringArray(forKey: key)
      ?? reader.string(forKey: key)?.split(separator: ",", omittingEmptySubsequences: false)
      .map(String.init)
    return words?.map { word in String(word.filter { $0 != " " }) }
  }

  func required(_ key: ConfigurationKey) throws(ConfigurationFault) -> String {
    guard let value = self[key], !value.isEmpty else { throw .missing(key) }
    return value
  }

  func endpoint(_ key: ConfigurationKey) throws(ConfigurationFault) -> Endpoint {
    let text = try required(key)
    guard let endpoint = Endpoint(text) else {
      throw .unusable(key, text, "host:port, such as 127.0.0.1:7381 or [::1]:7381")
    }
    return endpoint
  }
}
