/**
 * `python3 -m unittest`, which says that all is well where it found no test at all (until Python 3.12): that is told, and a failure, as it is of other runtimes.
 * Each test is named as it ends, as those of other runtimes are. Its arguments are those of unittest; with -q it says less.
 */
export const UNITTEST = `
import sys, unittest
program = unittest.main(module=None, argv=["ghost test", *sys.argv[1:]], verbosity=2, exit=False)
if program.result.testsRun == 0 and not program.result.skipped and not program.result.errors:
    sys.exit("no tests ran: unittest takes methods test... of classes of unittest.TestCase, in files test*.py, in folders that have an __init__.py")
sys.exit(not program.result.wasSuccessful())
`;
