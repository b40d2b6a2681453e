import { join } from 'node:path'
import { RECORDING_FILE } from '#protocol/picture/recording.ts'
import { makeFolder } from '../make-folder.ts'
import type { OpenSimulation } from '../simulation/open-simulation.ts'
import type { SimulatedSlot } from '../simulation/simulate-street.ts'
import type { SimulationReport } from '../simulation/simulation-report.ts'
import type { HomeResult } from '../simulation/simulation-result.ts'
import { PartFile } from './part-file.ts'
import { csvHeader, csvLine, ndjsonHeader, ndjsonLine, type RecordTable } from './record-table.ts'
import { reportPage } from './report-page.ts'
import { ReportSeries } from './report-series.ts'
import { homeTable, slotTable, tradeTable, voltageTable } from './result-tables.ts'
import { RunRecording } from './run-recording.ts'

/** The files of a run: written as it goes, there under their names once it is over. */
export interface ResultFiles {
  readonly slot: (simulated: SimulatedSlot) => void
  /** writes what is left, and gives all files their names */
  readonly finish: (report: SimulationReport, homes: readonly HomeResult[]) => void
  /** removes what was not finished */
  readonly close: () => void
}

/**
 * Opens the files of a run in a folder, made if it is not there: `slots`, `trades`, `homes` and, where it has wires,
 * `voltages` as NDJSON and CSV, `result.json`, `report.html`, and `run.ndjson` for the page. Throws what the file system says.
 */
export function openResultFiles(folder: string, open: OpenSimulation): ResultFiles {
  makeFolder(folder)
  const parts: PartFile[] = []
  const part = (name: string) => {
    const file = new PartFile(join(folder, name))
    parts.push(file)
    return file
  }
  const tableFiles = <Row extends object>(table: RecordTable<Row>) => {
    const [ndjson, csv] = [part(`${table.name}.ndjson`), part(`${table.name}.csv`)]
    ndjson.line(ndjsonHeader(table))
    csv.line(csvHeader(table))
    return (row: Row) => {
      ndjson.line(ndjsonLine(table, row))
      csv.line(csvLine(table, row))
    }
  }
  const close = () => {
    for (const file of parts) file.close()
  }
  try {
    const [slotRow, tradeRow, homeRow] = [tableFiles(slotTable), tableFiles(tradeTable), tableFiles(homeTable)]
    const { grid } = open.terms
    const voltageRow = grid === undefined ? null : tableFiles(voltageTable)
    const [result, page] = [part('result.json'), part('report.html')]
    const names = open.street.homes.map(({ home }) => home)
    const series = new ReportSeries(open.terms.rules.slotMinutes)
    const run = part(RECORDING_FILE)
    const recording = new RunRecording(open, (text) => run.line(text))
    return {
      slot: (simulated) => {
        recording.slot(simulated)
        const { trades } = simulated
        const { startMs, ...record } = simulated.record
        slotRow({ ...record, start: new Date(startMs).toISOString() })
        for (const { buyer, seller, timeMs, ...trade } of trades) {
          const time = new Date(timeMs).toISOString()
          tradeRow({ ...trade, time, buyer: names[buyer] ?? '', seller: names[seller] ?? '' })
        }
        series.add({ startMs, ...record })
      },
      finish: (report, homes) => {
        for (const home of homes) homeRow(home)
        const voltages = grid?.voltages() ?? []
        for (const { home, ...bus } of voltages)
          voltageRow?.({ ...bus, home: home === null ? null : (names[home] ?? '') })
        // The same run gives the same bytes, however long it took.
        const { wallSeconds: _, ...same } = report
        result.line(JSON.stringify(same, null, 2))
        page.line(reportPage({ report, homes, series, neighbourhood: open.street.neighbourhood, voltages }))
        // All or none: a name says that the run is whole.
        for (const file of parts) file.flush()
        for (const file of parts) file.finish()
      },
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}
