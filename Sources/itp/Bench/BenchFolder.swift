import Glibc
import Platform

/// A folder that a bench works in.
enum BenchFolder {
    /// Removes what the bench has made. What cannot be removed is told by its name staying there.
    static func remove(_ folder: String) {
        let disk = SystemDisk()
        do {
            for name in try disk.list(folder) {
                let path = "\(folder)/\(name)"
                do { try disk.unlink(path) } catch { remove(path) }
            }
        } catch {
            writeLine("itp bench: \(error)", to: STDERR_FILENO)
        }
        rmdir(folder)
    }
}
