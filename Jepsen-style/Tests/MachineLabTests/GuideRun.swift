import Faults
import SimulatedWorld

/// The runs of the guide.
enum GuideRun {
  /// Twenty seeds of the sound queue and of the one that forgets.
  static func search() -> [String] {
    var lines: [String] = []
    for seed in UInt64(1)...20 {
      let sound = MachineLab(seed: seed, QueueWorkload<JobQueue>()).run()
      let broken = MachineLab(seed: seed, QueueWorkload<ForgetfulQueue>()).run()
      if let violation = sound.violation { lines.append("JobQueue, seed \(seed): \(violation)") }
      if let violation = broken.violation {
        lines.append("ForgetfulQueue, seed \(seed): \(violation)")
        break
      }
    }
    return lines
  }
}
