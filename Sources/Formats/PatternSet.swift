/// Many text fragments, searched for at once: the cost of a search depends on the length of the text, not on the number
/// of fragments (Aho and Corasick, 1975).
///
/// Upper and lower case are the same. An empty fragment occurs in no text.
public struct PatternSet: Sendable {
    private static let none = Int32.max

    // The trie, in breadth-first order of its nodes: the edges of node n are the slots from `edgeStart[n]` to
    // `edgeStart[n + 1]`, sorted by their byte. Node 0 is the root.
    private var edgeStart: [Int32]
    private var edgeByte: [UInt8]
    private var edgeTarget: [Int32]
    /// Where each byte leads from the root; the root has more edges than any other node.
    private var fromRoot = [Int32](repeating: 0, count: 256)
    /// The node for the longest proper suffix that is also in the trie.
    private var fallback: [Int32]
    /// The lowest index of a fragment that ends at a node or at one of its suffixes.
    private var lowest: [Int32]

    /// Prepares the search for some fragments; their order is their rank.
    public init(_ fragments: [String]) {
        var children: [[(byte: UInt8, node: Int)]] = [[]]
        var ends: [Int32] = [PatternSet.none]
        for (index, fragment) in fragments.enumerated() where !fragment.isEmpty {
            var node = 0
            for byte in fragment.lowercased().utf8 {
                if let next = children[node].first(where: { $0.byte == byte }) {
                    node = next.node
                } else {
                    children.append([])
                    ends.append(PatternSet.none)
                    children[node].append((byte, children.count - 1))
                    node = children.count - 1
                }
            }
            ends[node] = min(ends[node], Int32(index))
        }
        edgeStart = []
        edgeByte = []
        edgeTarget = []
        fallback = []
        lowest = []
        flatten(children, ends)
        for slot in Int(edgeStart[0])..<Int(edgeStart[1]) { fromRoot[Int(edgeByte[slot])] = edgeTarget[slot] }
        linkSuffixes()
    }

    /// Renumbers the nodes in breadth-first order and lays their edges one after the other.
    private mutating func flatten(_ children: [[(byte: UInt8, node: Int)]], _ ends: [Int32]) {
        var order = [0]
        var position = 0
        while position < order.count {
            let node = order[position]
            position += 1
            edgeStart.append(Int32(edgeByte.count))
            lowest.append(ends[node])
            for child in children[node].sorted(by: { $0.byte < $1.byte }) {
                edgeByte.append(child.byte)
                edgeTarget.append(Int32(order.count))
                order.append(child.node)
            }
        }
        edgeStart.append(Int32(edgeByte.count))
    }

    private mutating func linkSuffixes() {
        fallback = Array(repeating: 0, count: lowest.count)
        for node in lowest.indices {
            for slot in Int(edgeStart[node])..<Int(edgeStart[node + 1]) {
                let target = Int(edgeTarget[slot])
                if node != 0 { fallback[target] = Int32(step(Int(fallback[node]), edgeByte[slot])) }
                lowest[target] = min(lowest[target], lowest[Int(fallback[target])])
            }
        }
    }

    /// The lowest index of a fragment that occurs in the text, or nil.
    public func firstMatch(in text: String) -> Int? {
        var text = text
        // Beyond ASCII a letter's case is more than a bit.
        if text.hasOtherThanASCII { text = text.lowercased() }
        let best = text.withUTF8 { lowestMatch(in: $0) }
        return best == PatternSet.none ? nil : Int(best)
    }

    private func lowestMatch(in text: UnsafeBufferPointer<UInt8>) -> Int32 {
        var node = 0
        var best = PatternSet.none
        for byte in text {
            let byte = lowercased(byte)
            // Most bytes lead nowhere from the root, where nothing ends.
            node = node == 0 ? Int(fromRoot[Int(byte)]) : step(node, byte)
            if node != 0 { best = min(best, lowest[node]) }
        }
        return best
    }

    private func step(_ from: Int, _ byte: UInt8) -> Int {
        guard from != 0 else { return Int(fromRoot[Int(byte)]) }
        var node = from
        while true {
            if let next = child(node, byte) { return next }
            if node == 0 { return 0 }
            node = Int(fallback[node])
            // Most falls end at the root, where most bytes lead nowhere.
            if node == 0 { return Int(fromRoot[Int(byte)]) }
        }
    }

    private func child(_ node: Int, _ byte: UInt8) -> Int? {
        var low = Int(edgeStart[node])
        var high = Int(edgeStart[node + 1])
        while low < high {
            let middle = (low + high) / 2
            if edgeByte[middle] < byte { low = middle + 1 } else { high = middle }
        }
        guard low < Int(edgeStart[node + 1]), edgeByte[low] == byte else { return nil }
        return Int(edgeTarget[low])
    }
}
