/// What bounds the size of a report whatever the history is.
public enum Limits {
  /// Operations listed in a witness: what a person reads; the history has the rest.
  public static let witnessOperations = 24
  /// States listed in a witness.
  public static let witnessStates = 8
  /// Anomalies reported of one history: the first ones tell the kind, thousands would hide it.
  public static let anomalies = 16
}
