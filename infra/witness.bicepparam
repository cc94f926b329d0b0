// A witness, and a mirror where it has a name. What can never be changed has no default here: it is stated in a variable, or nothing
// is compiled and the error says what is missing and why.

using 'witness.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'truecopy-witness')
param location = readEnvironmentVariable('AZURE_LOCATION', 'southeastasia')

var madeUp = ['example', 'test', 'invalid', 'localhost', 'example.com', 'example.net', 'example.org']

var name = readEnvironmentVariable('TRUECOPY_WITNESS_NAME', '')
var nameHost = split(first(split(name, '/')), '.')
var nameZone = join(skip(nameHost, max(0, length(nameHost) - 2)), '.')
param witnessName = empty(name)
  ? fail('TRUECOPY_WITNESS_NAME is not set. It is the witness\'s name, a host name of yours and a path. It is in every cosignature and every policy, and can never change.')
  : contains(madeUp, last(nameHost)) || contains(madeUp, nameZone)
      ? fail('TRUECOPY_WITNESS_NAME is \'${name}\', a name made up for examples. It is in every cosignature and can never change: take a host name of yours.')
      : name

// One line a key, as the log's operator hands them out. With the log's address behind the key, and a name for the mirror, the
// log is mirrored too:
//   log KEY https://truecopy.example/log
var watched = readEnvironmentVariable('TRUECOPY_WITNESS_LOGS', '')
param logs = empty(watched)
  ? fail('TRUECOPY_WITNESS_LOGS is not set. It lists the keys of the logs that are witnessed, as their operators hand them out: log KEY, with semicolons between lines.')
  : split(watched, ';')
param mirrorName = empty(readEnvironmentVariable('TRUECOPY_MIRROR_NAME', ''))
  ? null
  : readEnvironmentVariable('TRUECOPY_MIRROR_NAME', '')

param storage = { sku: 'Standard_LRS', infrastructureEncryption: true }
param writeOnceDays = 365
