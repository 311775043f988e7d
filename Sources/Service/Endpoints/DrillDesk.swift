import Formats
import HTTPServer
import Mapping

/// `POST /v1/drill[?tenant=]`: begins a fire drill; answered once its alerts are on disk. How it ends is told by its events.
struct DrillDesk: Sendable {
    let runner: DrillRunner

    func begin(_ exchange: HTTPExchange) {
        let tenant = exchange.request.queryItems.first { $0.name == "tenant" }?.value
        runner.begin(tenant: tenant) { begun in
            switch begun {
            case .success(let drills):
                exchange.respond(
                    .json(
                        202,
                        [
                            "drills": .array(
                                drills.map {
                                    [
                                        "tenant": .string($0.target.tenant), "lane": .string($0.target.lane),
                                        "firing": .string($0.drill.firing.description),
                                        "closing": .string($0.drill.closing.description),
                                    ]
                                })
                        ]))
            case .failure(let refusal):
                exchange.respond(.problem(status: refusal.isUnknown ? 404 : 503, detail: refusal.reason))
            }
        }
    }
}
