// Made by scripts/embed-dashboard.
extension DashboardFile {
    static let all: [DashboardFile] = [
        .apiJS, .chartJS, .dashboardCSS, .deadJS, .domJS, .eventsJS, .iconSVG, .indexHTML, .mainJS, .silencesJS,
        .statusJS, .traceJS,
    ]
}
