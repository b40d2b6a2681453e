import { Argument, Flag } from 'effect/cli'
import { MeterSign } from '#protocol/meter-sign.ts'

/** How a device is named on the command line; `deviceOf` reads what was said. */
export const deviceFlags = {
  address: Argument.String('address').pipe(
    Argument.withDescription('a P1 port: p1:tcp://HOST:PORT, p1:serial:/dev/ttyUSB0 or p1:file:PATH'),
    Argument.optional,
  ),
  modbus: Flag.String('modbus').pipe(
    Flag.withMetavar('URL'),
    Flag.withDescription(
      "the device: 'tcp://HOST:PORT?unit=1', 'rtu+tcp://…' or 'rtu:///dev/ttyUSB0?baud=9600&unit=1'",
    ),
    Flag.optional,
  ),
  base: Flag.Int('base').pipe(
    Flag.withDescription('a further register to look for the SunSpec mark at, after 40000, 50000 and 0'),
    Flag.filter(
      (base) => base >= 0 && base <= 65_535,
      () => 'a register, 0 to 65535',
    ),
    Flag.optional,
  ),
  opcua: Flag.String('opcua').pipe(
    Flag.withMetavar('URL'),
    Flag.withDescription("or an OPC UA server: 'opc.tcp://HOST:PORT'"),
    Flag.optional,
  ),
  p1: Flag.String('p1').pipe(
    Flag.withMetavar('PORT'),
    Flag.withDescription("or a smart meter's P1 port: tcp://HOST:PORT, a tty below /dev, a fifo or a file"),
    Flag.optional,
  ),
  mqtt: Flag.String('mqtt').pipe(
    Flag.withMetavar('URL'),
    Flag.withDescription("or what publishes by MQTT: 'mqtt://BROKER:1883/TOPIC?profile=NAME|FILE', 'mqtts://…'"),
    Flag.optional,
  ),
  user: Flag.String('user').pipe(
    Flag.withMetavar('NAME'),
    Flag.withDescription('who logs in to the OPC UA server or the MQTT broker (nobody)'),
    Flag.optional,
  ),
  passwordFile: Flag.String('password-file').pipe(
    Flag.withMetavar('FILE'),
    Flag.withDescription('with --user: a file that holds the password'),
    Flag.optional,
  ),
  userCertificate: Flag.String('user-certificate').pipe(
    Flag.withMetavar('FILE'),
    Flag.withDescription(
      'or who logs in by certificate: a PEM file, mode 0600, of the private key and the certificate',
    ),
    Flag.optional,
  ),
  subscribeMs: Flag.Int('subscribe').pipe(
    Flag.withMetavar('MS'),
    Flag.withDescription('what the agent reads is sent by the server, which looks at it so often (asked each time)'),
    Flag.filter(
      (ms) => ms >= 100 && ms <= 60_000,
      () => '100 to 60000',
    ),
    Flag.optional,
  ),
  policy: Flag.String('policy').pipe(
    Flag.withMetavar('NAME'),
    Flag.withDescription('how it is signed and encrypted (Basic256Sha256)'),
    Flag.optional,
  ),
  certificate: Flag.String('certificate').pipe(
    Flag.withMetavar('FINGERPRINT'),
    Flag.withDescription("SHA-256 of the server's certificate; any other is refused (the one it shows)"),
    Flag.optional,
  ),
  identity: Flag.String('identity').pipe(
    Flag.withMetavar('FILE'),
    Flag.withDescription('PEM file of our own key and certificate, made if it is not there (new ones each time)'),
    Flag.optional,
  ),
  profile: Flag.String('profile').pipe(
    Flag.withMetavar('NAME|FILE'),
    Flag.withDescription(
      'which registers or nodes mean what: a built-in name or a JSON file (SunSpec; commonwatt-home with --opcua)',
    ),
    Flag.optional,
  ),
  sign: Flag.Literals('sign', MeterSign.literals).pipe(
    Flag.withDescription(
      'turned: it is wired the other way round, power and counters; power-turned: its counters are right (as-is)',
    ),
    Flag.optional,
  ),
}
