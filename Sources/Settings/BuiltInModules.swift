/// Modules that come with ITP, written as a configuration is. A section of the same name in the configuration replaces them.
enum BuiltInModules {
    /// The name under which findings and traces show it.
    static let file = "built-in"

    /// Webroot's alert mails. Unverified: the two subjects are known by their beginnings alone, no mail of a real
    /// installation was at hand.
    static let text = """
        [ISR Webroot]
        Match=^\\s*Active Threats? on\\s+(?<agent>[^\\s|]+)
        Subject=AV|Webroot|ACTIVE-THREAT|${agent}||WEBROOT-THREAT.AV.A.P2.Alm
        Agent=${agent}
        Match=^\\s*Install Failed on\\s+(?<agent>[^\\s|]+)
        Subject=AV|Webroot|INSTALL-FAILED|${agent}||WEBROOT-INSTALL.AV.A.P3.Alm
        Agent=${agent}
        """
}
