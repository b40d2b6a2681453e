import styles from './style/later.css?inline'

export { openAttach } from './attach/attach-dialog.ts'
export { openCompare } from './compare/compare-view.ts'
export { FlowsView } from './flows/flows-view.ts'
export { HomePanel } from './home/home-panel.ts'
export { openKeysDialog } from './keys/keys-dialog.ts'
export { startKiosk } from './kiosk.ts'
export { openReceipt } from './receipt/open-receipt.ts'
export { openStory } from './story/open-story.ts'
export { HomeTable } from './table/home-table.ts'
export { openTakeAway } from './take-away/take-away-dialog.ts'

// Its looks come with it: there is one file that is there or not, and none that comes without the other.
const sheet = new CSSStyleSheet()
sheet.replaceSync(styles)
document.adoptedStyleSheets.push(sheet)
