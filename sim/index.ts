export { EMULATOR_BASE_PORT, type EmulatedHome, emulateHome } from './emulator/emulate-home.ts'
export {
  emulateHomeByOpcua,
  OPCUA_EMULATOR_BASE_PORT,
  type OpcuaEmulatedHome,
} from './emulator/emulate-home-by-opcua.ts'
export { emulateRecording } from './emulator/emulate-recording.ts'
export { EmulatorFailure } from './emulator/emulator-failure.ts'
export { loadRecording, type RecordedUnit, type Recording } from './emulator/recording.ts'
export { RecordingRefused } from './emulator/recording-refused.ts'
export type { HomeState } from './home/home-state.ts'
export type { SimulatedHome } from './home/simulated-home.ts'
export { ManualClock } from './manual-clock.ts'
export { openResultFiles, type ResultFiles } from './results/result-files.ts'
export type { SimulatedStreet } from './scenario/build-street.ts'
export { GENERATED_START_MS, generateScenario } from './scenario/generate-scenario.ts'
export { loadScenario } from './scenario/load-scenario.ts'
export { ScenarioRefused } from './scenario/scenario-refused.ts'
export { simClock } from './sim-clock.ts'
export { BalanceBroken } from './simulation/balance-broken.ts'
export { type OpenSimulation, openSimulation, type SimulationRequest } from './simulation/open-simulation.ts'
export { simulateStreet } from './simulation/simulate-street.ts'
export { type SimulationReport, simulationReport } from './simulation/simulation-report.ts'
