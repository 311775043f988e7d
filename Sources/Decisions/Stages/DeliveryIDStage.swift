import Events

/// Before the stages: the same delivery again is no new alert. Gives the reason where it is one.
enum DeliveryIDStage {
    static func run(_ work: inout Work, _ memory: some Memory) throws -> String? {
        guard let delivery = work.event.deliveryID else { return nil }
        if let first = try memory.delivery(delivery), first != work.event.receipt {
            work.note(.intake, saw: "delivery '\(delivery)'", "accepted before as receipt \(first)")
            return "the same delivery was accepted before as receipt \(first)"
        }
        work.changes.append(
            .rememberDelivery(id: delivery, receipt: work.event.receipt, at: work.event.receivedAt))
        return nil
    }
}
