// Made by scripts/embed-dashboard from Dashboard/icon.svg; change that.
extension DashboardFile {
    static let iconSVG = DashboardFile(
        "icon.svg",
        #"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
        <rect width="32" height="32" rx="7" fill="#0b6e75"/>
        <path d="M8 9h16v4.2a2.8 2.8 0 0 0 0 5.6V23H8v-4.2a2.8 2.8 0 0 0 0-5.6z" fill="#fff"/>
        <path d="M13 16.2l2.3 2.3 4.2-4.6" fill="none" stroke="#0b6e75" stroke-width="2.2" stroke-linecap="round"
         stroke-linejoin="round"/>
        </svg>

        """#)
}
