import CPlatform
import Glibc

/// What a file has to be for the service to run it.
public enum ModuleFile {
    /// Why the file may not be run, as half a sentence; nil where it may. A link could lead out of its folder, and a file
    /// that anybody may write is anybody's program.
    public static func fault(at path: String) -> String? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            return "\(SystemError(call: "lstat", subject: path))"
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFLNK: return "it is a link; put the file itself there"
        default: return "it is no file"
        }
        if status.st_mode & S_IWOTH != 0 { return "anybody may write it; take the right away with chmod o-w" }
        if unsafe access(path, X_OK) != 0 { return "it is not executable; make it so with chmod +x" }
        return nil
    }
}
