/// The name that is nearest to what somebody wrote, if one is near enough to be what was meant: at most a third of its
/// letters apart, and at most three.
public func nearestName(to written: String, among names: some Sequence<String>) -> String? {
    let allowed = min(3, max(1, written.count / 3))
    var best: (name: String, distance: Int)?
    for name in names {
        let distance = editDistance(written.lowercased(), name.lowercased())
        if distance <= allowed, distance < best?.distance ?? Int.max { best = (name, distance) }
    }
    return best?.name
}

/// The number of letters to insert, remove, replace or swap with their neighbour to make one text from the other.
func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left)
    let right = Array(right)
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var rows = [Array(0...right.count)]
    for row in 1...left.count {
        var current = [row]
        for column in 1...right.count {
            let same = left[row - 1] == right[column - 1]
            var cost = min(
                rows[row - 1][column] + 1, current[column - 1] + 1, rows[row - 1][column - 1] + (same ? 0 : 1))
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                cost = min(cost, rows[row - 2][column - 2] + 1)
            }
            current.append(cost)
        }
        rows.append(current)
    }
    return rows[left.count][right.count]
}
