public import Events

/// The hours of a tenant, from `[RMM_SETTINGS]`.
public struct TenantHours: Sendable, Equatable {
    /// When the help desk is staffed: `WD_`, `WE_`, `HO_Start` and `_End`.
    public var helpDesk = Schedule(zone: .utc)
    /// When alerts of class 4 are let through: `Class4_*`; weekend hours count on holidays too.
    public var classFour = Schedule(zone: .utc)
    /// When held pages go out: `WD_`, `WE_`, `HO_NotifyTime`, by the help desk's days and zone.
    public var notifyTimes = DailyTimes()
}

/// Customers' coverage, from `[COVERAGE]` and `[COVERAGE_{OrgID}]`.
public struct CoverageSettings: Sendable, Equatable {
    /// `[COVERAGE]`; nil = around the clock.
    public var common: Schedule?
    /// `[COVERAGE_{OrgID}]` laid over `[COVERAGE]`, by the organisation's ID in small letters.
    public var byOrganisation: [String: Schedule] = [:]

    /// Whether an organisation is covered at an instant.
    public func isOpen(for organisation: String, at instant: Instant) -> Bool {
        if !byOrganisation.isEmpty, let own = byOrganisation[organisation.lowercased()] {
            return own.isOpen(at: instant)
        }
        return common?.isOpen(at: instant) ?? true
    }

    /// The coverage of an organisation; nil = around the clock.
    public func schedule(of organisation: String) -> Schedule? {
        byOrganisation[organisation.lowercased()] ?? common
    }
}

/// Gives the compiled file of a time zone by its name, for instance `America/New_York`; the empty name is the host's zone.
///
/// The core reads no files, so it is handed this.
public typealias ZoneResolver = @Sendable (_ name: String) throws(ZoneFault) -> [UInt8]

/// Why a time zone could not be had.
public struct ZoneFault: Error, Sendable, Equatable {
    /// Half a sentence: what is wrong, and what to write instead.
    public var what: String

    /// Makes a fault.
    public init(_ what: String) { self.what = what }
}
