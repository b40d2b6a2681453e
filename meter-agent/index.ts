/** The public face of the meter agent: one home's side of the line. */
export { type Agent, makeAgent } from './agent.ts'
export { type AgentOptions, BadAgentOption, NotJoined } from './agent-options.ts'
export type { AgentSteps, Polled } from './agent-steps.ts'
export { type AgentWatch, type PolledNews, watchedBy } from './agent-watch.ts'
export { type PollingFigures, type PollingOptions, pollDevices } from './bench/poll-devices.ts'
export { type RecordingFigures, recordReadings } from './bench/record-readings.ts'
export type { ControlTerms } from './control/check-command.ts'
export {
  ControlJournalFailure,
  ControlLost,
  DeviceReplaced,
  NotReverted,
  ReadBackMismatch,
} from './control/control-failure.ts'
export { ControlRefused } from './control/control-refused.ts'
export type { ControlClock, Controller, Lease } from './control/controller.ts'
export { openControl } from './control/open-control.ts'
export type { DeviceAddress, ModbusDevice, MqttDevice, OpcuaDevice, P1Device } from './device-address.ts'
export type { DecodedModel, DeviceReport, GridMeasurements } from './device-snapshot.ts'
export {
  ModbusClosed,
  type ModbusError,
  ModbusException,
  ModbusProtocol,
  ModbusTimeout,
} from './drivers/modbus-error.ts'
export { MqttClosed, type MqttError, MqttRefused, MqttSilent } from './drivers/mqtt-error.ts'
export {
  OpcuaCertificateChanged,
  OpcuaClosed,
  type OpcuaError,
  OpcuaIdentityFailure,
  OpcuaRefused,
  OpcuaTimeout,
} from './drivers/opcua-error.ts'
export { OPCUA_POLICIES, type OpcuaPolicy } from './drivers/opcua-line.ts'
export { P1Closed, type P1Error, P1Silent } from './drivers/p1-error.ts'
export { dumpDevice } from './dump/dump-device.ts'
export type { Span } from './dump/read-span.ts'
export type { RegisterImage } from './dump/register-image.ts'
export { enrolHome } from './enrol-home.ts'
export type { Forecaster, SlotForecast } from './forecasters/forecaster.ts'
export { BEGUN_SHARE } from './forecasters/history-forecaster.ts'
export {
  type ForecasterName,
  forecasterNames,
  makeForecaster,
  perfectForecaster,
} from './forecasters/make-forecaster.ts'
export { type GatewayError, GatewayMismatch, GatewayRefused, GatewayUnreachable } from './gateway-error.ts'
export { type HomeLogLine, readHomeLog } from './home-log.ts'
export { type IdentifiedDevice, identifyDevice } from './identify-device.ts'
export { KeyFailure } from './keys/key-failure.ts'
export type { Key } from './keys/key-text.ts'
export {
  generateKey,
  loadAccountKey,
  loadKey,
  loadOrGenerateAccountKey,
  loadOrGenerateKey,
  type PrivateKey,
} from './keys/keys.ts'
export type { LinkState } from './link-machine.ts'
export type { Measurement, Quality } from './measurement.ts'
export { type MeterError, NoGridMeter, OtherDevice } from './meter-error.ts'
export { BadModbusUrl, type ModbusDefaults, type ModbusUrl, parseModbusUrl, spelledModbusUrl } from './modbus-url.ts'
export { BadMqttMessage } from './mqtt/bad-message.ts'
export { BadMqttUrl, brokerName, type MqttBroker, parseMqttBroker, parseMqttUrl } from './mqtt-url.ts'
export { BadOpcuaUrl, parseOpcuaUrl } from './opcua-url.ts'
export { type KeptRegisters, openKeptRegisters } from './outbox/kept-registers.ts'
export { lastReadingTimeMs } from './outbox/node-sqlite.ts'
export { OutboxFailure } from './outbox/outbox.ts'
export { NoOutbox } from './outbox/outbox-rows.ts'
export { BadTelegram } from './p1/bad-telegram.ts'
export { BadP1Url, parseP1Url } from './p1-url.ts'
export { BadProfile } from './profiles/bad-profile.ts'
export { type BuiltInProfile, builtInProfiles } from './profiles/built-in-profiles.ts'
export { runProfileTests } from './profiles/expected-values.ts'
export { lintProfile } from './profiles/lint-profile.ts'
export { loadProfile, profileJson } from './profiles/load-profile.ts'
export type { Published, RefusedMessage } from './publishing.ts'
export { isTrading, type OrderAction, planOrders } from './quotes.ts'
export { openDeviceReader, readDevice } from './read-device.ts'
export type { RecordedReading } from './reading/recorded-reading.ts'
export { advanceSlots, type SlotState } from './reading/slot-statement.ts'
export { BadRegisters, decodeRegisters, registersHash } from './registers.ts'
export { SUNSPEC_BASES } from './sunspec/discover.ts'
export { NotSunspec } from './sunspec/not-sunspec.ts'
export { makeTrader, type TraderName, traderNames } from './traders/make-trader.ts'
export { rampPrice, rampTrader } from './traders/ramp.ts'
export type { MarketNews, SlotNews } from './traders/slot-news.ts'
export type { Quote, Trader, TraderInput, TradingSlot } from './traders/trader.ts'
export { zeroIntelligenceTrader } from './traders/zero-intelligence.ts'
export type { Traded } from './trading.ts'
export { withdrawHome } from './withdraw-home.ts'
